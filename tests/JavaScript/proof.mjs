// Keys as PeerIds, and the proof of one: "Proof" in docs/protocol.md.
import { createHmac, createPrivateKey, createPublicKey, diffieHellman, hkdfSync, randomBytes } from 'node:crypto';
import { bech32m } from 'bech32';

const LABEL = 'TermChat relay registration 1';

// What stands in front of the 32 bytes of a raw X25519 key in the form node:crypto reads.
const PRIVATE = Buffer.from('302e020100300506032b656e04220420', 'hex');
const PUBLIC = Buffer.from('302a300506032b656e032100', 'hex');

/** An X25519 key pair, from the 32 bytes of its private half. */
export class PeerKey {
  constructor(bytes) {
    this.privateKey = createPrivateKey({ key: Buffer.concat([PRIVATE, bytes]), format: 'der', type: 'pkcs8' });
    this.publicBytes = createPublicKey(this.privateKey).export({ format: 'der', type: 'spki' }).subarray(PUBLIC.length);
    this.peerId = bech32m.encode('tc', bech32m.toWords(this.publicBytes));
  }

  agree(publicBytes) {
    const publicKey = createPublicKey({ key: Buffer.concat([PUBLIC, publicBytes]), format: 'der', type: 'spki' });
    return diffieHellman({ privateKey: this.privateKey, publicKey });
  }
}

/** The origin of a relay's address. */
export function audienceOf(url) {
  return new URL(url.replace(/^ws/i, 'http')).origin;
}

/** The registration that answers a challenge. */
export function answer(key, challenge, audience, nonce = randomBytes(32), epoch = null, sequence = 0) {
  const request = { protocolVersion: 1, peerId: key.peerId, epoch, sequence, audience, nonce };
  const macKey = Buffer.from(hkdfSync('sha256', key.agree(challenge.key), '', LABEL, 32));
  const proof = createHmac('sha256', macKey).update(transcript(key, challenge, request)).digest();
  return { ...request, proof };
}

export function transcript(key, challenge, request) {
  return Buffer.concat([
    text(LABEL),
    text(request.audience),
    field(challenge.key),
    field(key.publicBytes),
    field(challenge.nonce),
    field(request.nonce),
    number(challenge.protocolVersion),
    number(request.protocolVersion),
    text(challenge.epoch),
    text(request.epoch),
    number(request.sequence),
  ]);
}

function field(bytes) {
  return Buffer.concat([length(bytes.length), bytes]);
}

function text(value) {
  return value === null ? length(-1) : field(Buffer.from(value));
}

function number(value) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return field(bytes);
}

function length(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
