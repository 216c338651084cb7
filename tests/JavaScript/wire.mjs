// The messages of docs/protocol.md as data. With MessagePack a message is an array, in the order given here; with JSON
// it is an object with these names. Bytes are binary in the one and base64 in the other.

const plain = { encode: (value) => value, decode: (value) => value };
const bytes = {
  encode: (value, binary) => (binary ? value : Buffer.from(value).toString('base64')),
  decode: (value, binary) => (binary ? Buffer.from(value) : Buffer.from(value, 'base64')),
};
const list = (item) => ({
  encode: (values, binary) => values.map((value) => item.encode(value, binary)),
  decode: (values, binary) => (values ?? []).map((value) => item.decode(value, binary)),
});
const message = (fields) => ({
  encode(value, binary) {
    const parts = Object.entries(fields).map(([name, type]) => [name, type.encode(value[name], binary)]);
    return binary ? parts.map(([, part]) => part) : Object.fromEntries(parts);
  },
  decode(value, binary) {
    // Later versions of the protocol may add fields, which this one then leaves alone.
    const parts = Object.entries(fields).map(([name, type], key) => [name, type.decode(value[binary ? key : name], binary)]);
    return Object.fromEntries(parts);
  },
});

const ranges = message({ ranges: list(message({ from: plain, to: plain })) });

export const calls = {
  Register: message({
    protocolVersion: plain,
    peerId: plain,
    epoch: plain,
    sequence: plain,
    audience: plain,
    nonce: bytes,
    proof: bytes,
  }),
  Relay: message({ first: plain, messages: list(message({ to: plain, id: bytes, payload: bytes })) }),
  Acknowledge: message({ epoch: plain, sequence: plain, report: plain }),
};

export const callbacks = {
  Challenge: message({ protocolVersion: plain, key: bytes, nonce: bytes, epoch: plain }),
  Registered: message({
    protocolVersion: plain,
    epoch: plain,
    sequence: plain,
    limits: message({
      maxPayloadBytes: plain,
      sendWindowMessages: plain,
      sendWindowBytes: plain,
      maxBatchMessages: plain,
      maxBatchBytes: plain,
    }),
  }),
  Accepted: ranges,
  Queued: ranges,
  Error: message({ code: plain, message: plain, number: plain, retryAfterMilliseconds: plain }),
  Deliver: message({ first: plain, messages: list(message({ from: plain, id: bytes, payload: bytes })) }),
  Dropped: message({ report: plain, to: plain, ids: list(bytes), count: plain, reason: plain }),
  Missed: message({ count: plain, sequence: plain }),
  Replaced: message({}),
  Draining: message({}),
};
