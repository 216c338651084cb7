// Writes what two peers say to each other in Noise_IK_25519_ChaChaPoly_SHA256, by noise-c compiled to WebAssembly, and the same as
// packets of docs/sessions.md. All keys come from names, so that a second run writes the same bytes:
//   npm ci && npm run transcripts
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import createNoise from 'noise-c.wasm';

const protocol = 'Noise_IK_25519_ChaChaPoly_SHA256';
const noise = await new Promise((resolve) => createNoise(resolve));
const { NOISE_ROLE_INITIATOR, NOISE_ROLE_RESPONDER } = noise.constants;

const hex = (bytes) => Buffer.from(bytes).toString('hex');
const text = (words) => Buffer.from(words, 'utf8');
const keyOf = (name) => createHash('sha256').update(`TermChat transcript: ${name}`).digest();
const number = (value) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
};

function publicKeyOf(privateKey) {
  const header = Buffer.from('302e020100300506032b656e04220420', 'hex');
  const key = createPrivateKey({ key: Buffer.concat([header, privateKey]), format: 'der', type: 'pkcs8' });
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
}

// The library asks for randomness once a handshake: for the ephemeral key.
function withEphemeral(name, write) {
  noise._lib_internal._random_bytes = (size) => keyOf(name).subarray(0, size);
  return write();
}

// What is said: the payloads of the two handshake messages, then messages with nonce, associated data and text, by either side.
function transcript({ name, prologue, first, second, then }) {
  const keys = Object.fromEntries(['initiator', 'responder', 'initiator ephemeral', 'responder ephemeral'].map((who) => [who, keyOf(`${name}, ${who}`)]));
  const initiator = new noise.HandshakeState(protocol, NOISE_ROLE_INITIATOR);
  const responder = new noise.HandshakeState(protocol, NOISE_ROLE_RESPONDER);
  initiator.Initialize(prologue, keys.initiator, publicKeyOf(keys.responder));
  responder.Initialize(prologue, keys.responder);

  const initiation = withEphemeral(`${name}, initiator ephemeral`, () => initiator.WriteMessage(first));
  const heard = responder.ReadMessage(initiation, true);
  const response = withEphemeral(`${name}, responder ephemeral`, () => responder.WriteMessage(second));
  const answered = initiator.ReadMessage(response, true);
  if (hex(heard) !== hex(first) || hex(answered) !== hex(second)) throw new Error(`${name}: the two do not understand each other`);

  const handshakeHash = initiator.GetHandshakeHash();
  const sending = { initiator: initiator.Split()[0], responder: responder.Split()[0] };
  const messages = then(handshakeHash).map(({ from, nonce, ad, payload }) => {
    sending[from].SetNonce(nonce);
    return { from, nonce, ad: hex(ad), payload: hex(payload), ciphertext: hex(sending[from].EncryptWithAd(ad, payload)) };
  });
  return {
    name,
    prologue: hex(prologue),
    initiator: hex(keys.initiator),
    responder: hex(keys.responder),
    initiatorEphemeral: hex(keys['initiator ephemeral']),
    responderEphemeral: hex(keys['responder ephemeral']),
    responderPublicKey: hex(publicKeyOf(keys.responder)),
    first: { payload: hex(first), message: hex(initiation) },
    second: { payload: hex(second), message: hex(response) },
    handshakeHash: hex(handshakeHash),
    messages,
  };
}

// The same as packets: a type, the id of the handshake or of the session that came of it, and what Noise says.
function packets({ name, handshake, created, first, second, data }) {
  const id = number(handshake);
  const header = (hash, { counter }) => Buffer.concat([Buffer.from([3]), hash.subarray(0, 8), number(counter)]);
  const said = transcript({
    name,
    prologue: Buffer.concat([text('TermChat session 1'), id]),
    first: Buffer.concat([number(created), first]),
    second,
    then: (hash) => data.map((message) => ({ from: message.from, nonce: message.counter, ad: header(hash, message), payload: message.payload })),
  });
  return {
    name,
    handshake: hex(id),
    created,
    initiator: said.initiator,
    responder: said.responder,
    initiatorEphemeral: said.initiatorEphemeral,
    responderEphemeral: said.responderEphemeral,
    initiation: { text: hex(first), packet: `01${hex(id)}${said.first.message}` },
    response: { text: hex(second), packet: `02${hex(id)}${said.second.message}` },
    data: data.map((message, at) => ({
      from: message.from,
      counter: message.counter,
      text: hex(message.payload),
      packet: said.messages[at].ad + said.messages[at].ciphertext,
    })),
  };
}

const nothing = Buffer.alloc(0);
const say = (from, nonce, payload, ad = nothing) => ({ from, nonce, ad, payload });

console.log(JSON.stringify({
  protocol,
  implementation: 'noise-c.wasm 0.4.0',
  transcripts: [
    transcript({
      name: 'text in both handshake messages',
      prologue: text('TermChat'),
      first: text('hello'),
      second: text('hello to you'),
      then: () => [say('initiator', 0, text('one')), say('responder', 0, text('two')), say('responder', 1, text('three')), say('initiator', 1, text('four'))],
    }),
    transcript({
      name: 'nothing said in the handshake, and no prologue',
      prologue: nothing,
      first: nothing,
      second: nothing,
      then: () => [say('responder', 0, nothing), say('initiator', 0, text('ünïcödé 日本語'))],
    }),
    transcript({
      name: 'long messages, lost ones, and data that is only authenticated',
      prologue: Buffer.alloc(100, 0x5a),
      first: Buffer.alloc(500, 'ab'),
      second: Buffer.alloc(129, 0xff),
      then: () => [
        say('initiator', 3, Buffer.alloc(1024, 0x01), text('seen by all')),
        say('initiator', 4, text('next')),
        say('responder', 70000, text('much later'), Buffer.alloc(65, 0x07)),
        say('responder', 0x7fffffff, text('and much later still')),
      ],
    }),
  ],
  packets: [
    packets({
      name: 'a conversation',
      handshake: 0x0123456789abcdefn,
      created: 1795000000000,
      first: text('Are you there?'),
      second: text('Yes.'),
      data: [
        { from: 'initiator', counter: 0, payload: text('Good.') },
        { from: 'initiator', counter: 1, payload: nothing },
        { from: 'responder', counter: 0, payload: text('Better: ☕') },
      ],
    }),
  ],
}, null, 2));
