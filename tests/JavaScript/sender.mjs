import { randomUUID } from 'node:crypto';

/** Sends numbered messages to one peer, never more at once than the relay's limits allow. */
export class Sender {
  #call;
  #to;
  #count;
  #limits;
  #next = 1;
  #unanswered = new Map();
  #unansweredBytes = 0;
  refused = 0;

  constructor(call, to, count) {
    this.#call = call;
    this.#to = to;
    this.#count = count;
  }

  get done() {
    return this.#next > this.#count && this.#unanswered.size === 0;
  }

  start(limits) {
    this.#limits = limits;
    this.#fill();
  }

  answered(from, to) {
    for (let number = from; number <= to; number++) {
      this.#unansweredBytes -= this.#unanswered.get(number) ?? 0;
      this.#unanswered.delete(number);
    }
    this.#fill();
  }

  #fill() {
    let messages = [];
    let size = 0;
    const flush = () => {
      if (messages.length > 0) this.#call('Relay', { first: this.#next - messages.length, messages });
      messages = [];
      size = 0;
    };

    while (this.#next <= this.#count) {
      const payload = Buffer.from(`message ${this.#next}`);
      // A single message may always be sent, whatever the limits in bytes say.
      const full = this.#unanswered.size >= this.#limits.sendWindowMessages
        || (this.#unanswered.size > 0 && this.#unansweredBytes + payload.length > this.#limits.sendWindowBytes);
      if (full) break;
      if (messages.length >= this.#limits.maxBatchMessages || size + payload.length > this.#limits.maxBatchBytes) flush();

      messages.push({ to: this.#to, id: Buffer.from(randomUUID().replaceAll('-', ''), 'hex'), payload });
      this.#unanswered.set(this.#next++, payload.length);
      this.#unansweredBytes += payload.length;
      size += payload.length;
    }
    flush();
  }
}
