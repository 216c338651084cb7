// A peer of the relay in another language: registers, sends, receives, acknowledges, and prints every callback as one
// JSON object a line. Ends by itself, with 0, when all it sent is answered and all it expects is there.
import { parseArgs } from 'node:util';
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import { PeerKey, answer, audienceOf } from './proof.mjs';
import { Sender } from './sender.mjs';
import { callbacks, calls } from './wire.mjs';

const { values: options } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://localhost:9000/relay' },
    as: { type: 'string' },
    // In the place of a name: the 32 bytes of a private key, in hexadecimal. For tests only: other programs can read it.
    key: { type: 'string' },
    protocol: { type: 'string', default: 'messagepack' },
    to: { type: 'string' },
    send: { type: 'string', default: '0' },
    expect: { type: 'string', default: '0' },
    // Leaves what it receives in the mailbox, for whoever registers next.
    'no-acknowledge': { type: 'boolean', default: false },
  },
});
const SEND_RATE_EXCEEDED = 8;
const [toSend, toExpect] = [Number(options.send), Number(options.expect)];
const binary = options.protocol === 'messagepack';
if (!(options.as || options.key) || !['messagepack', 'json'].includes(options.protocol) || (toSend > 0 && !options.to)) {
  console.error('Usage: node peer.mjs --as NAME | --key HEX [--url URL] [--protocol messagepack|json] [--to PEER --send N] [--expect N] [--no-acknowledge]');
  process.exit(2);
}

const builder = new HubConnectionBuilder().withUrl(options.url).configureLogging(LogLevel.Error);
if (binary) builder.withHubProtocol(new MessagePackHubProtocol());
const connection = builder.build();
// Nothing to wait for: what a client has to know comes as a callback. A broken connection is reported by onclose.
const call = (method, argument) => {
  lastCall = connection.send(method, calls[method].encode(argument, binary)).catch(() => {});
  return lastCall;
};

const key = options.key ? new PeerKey(Buffer.from(options.key, 'hex')) : null;
const nothing = Buffer.alloc(0);
const sender = new Sender(call, options.to, toSend);
const received = new Set();
const taken = { epoch: null, sequence: 0, report: 0 };
let stopping = false;
let lastCall = Promise.resolve();

const handlers = {
  Challenge(challenge) {
    if (key) call('Register', answer(key, challenge, audienceOf(options.url)));
  },
  Registered(registered) {
    taken.epoch = registered.epoch;
    sender.start(registered.limits);
  },
  Accepted: ({ ranges }) => ranges.forEach(({ from, to }) => sender.answered(from, to)),
  Queued: ({ ranges }) => ranges.forEach(({ from, to }) => sender.answered(from, to)),
  Error({ code, number, retryAfterMilliseconds }) {
    if (code === SEND_RATE_EXCEEDED) {
      sender.tooFast(number, retryAfterMilliseconds);
      return;
    }
    sender.refused++;
    if (number > 0) sender.answered(number, number);
  },
  Deliver({ first, messages }) {
    messages.forEach(({ from, id }) => received.add(`${from} ${id.toString('hex')}`));
    acknowledge({ sequence: first + messages.length - 1 });
  },
  Dropped: ({ report }) => acknowledge({ report }),
  Missed: ({ sequence }) => acknowledge({ sequence }),
};

for (const [name, type] of Object.entries(callbacks)) {
  connection.on(name, (argument) => {
    const value = type.decode(argument, binary);
    print({ callback: name, ...value });
    handlers[name]?.(value);
    if ((toSend > 0 || toExpect > 0) && sender.done && received.size >= toExpect) stop();
  });
}

connection.onclose((error) => {
  sender.stop();
  print({ callback: 'closed', error: error?.message ?? null });
  process.exitCode = stopping && sender.refused === 0 ? 0 : 1;
});

try {
  await connection.start();
} catch (error) {
  console.error(`Could not connect to ${options.url}: ${error.message}`);
  process.exit(1);
}
// A name is registered at once, a key when the challenge has come.
if (!key) await call('Register', { protocolVersion: 1, peerId: options.as, epoch: null, sequence: 0, audience: null, nonce: nothing, proof: nothing });

function acknowledge(what) {
  if (options['no-acknowledge']) return;
  taken.sequence = Math.max(taken.sequence, what.sequence ?? 0);
  taken.report = Math.max(taken.report, what.report ?? 0);
  call('Acknowledge', taken);
}

async function stop() {
  if (stopping) return;
  stopping = true;
  // The last acknowledgement has to leave before the connection does.
  await lastCall;
  await connection.stop();
}

function print(value) {
  // Ids in hexadecimal and payloads in base64, whichever protocol they came by.
  console.log(JSON.stringify(value, function replace(key, part) {
    const raw = this[key];
    return Buffer.isBuffer(raw) ? raw.toString(key === 'payload' ? 'base64' : 'hex') : part;
  }));
}
