import { randomUUID } from 'node:crypto';

/** Sends numbered messages to one peer, never more at once than the relay's limits allow. */
export class Sender {
  #call;
  #to;
  #count;
  #limits;
  #made = 0;
  #last = 0;
  #unanswered = new Map();
  #unansweredBytes = 0;
  // What goes next: what the relay refused because too much came at once, or the next new message.
  #waiting = [];
  #pause = null;
  refused = 0;

  constructor(call, to, count) {
    this.#call = call;
    this.#to = to;
    this.#count = count;
  }

  get done() {
    return this.#made === this.#count && this.#waiting.length === 0 && this.#unanswered.size === 0;
  }

  start(limits) {
    this.#limits = limits;
    this.#fill();
  }

  answered(from, to) {
    this.#take(from, to);
    this.#fill();
  }

  /** The relay has refused this number and every one behind it, and takes them again after a pause: "Rates" in docs/protocol.md. */
  tooFast(number, pause) {
    this.#waiting = [...this.#take(number, this.#last), ...this.#waiting];
    // The number left out tells the relay that its refusal was read.
    this.#last++;
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => {
      this.#pause = null;
      this.#fill();
    }, pause);
  }

  /** Sends nothing more. */
  stop() {
    clearTimeout(this.#pause);
  }

  #take(from, to) {
    const taken = [];
    for (let number = from; number <= to; number++) {
      const message = this.#unanswered.get(number);
      if (!message) continue;
      this.#unanswered.delete(number);
      this.#unansweredBytes -= message.payload.length;
      taken.push(message);
    }
    return taken;
  }

  #fill() {
    if (this.#pause) return;
    let messages = [];
    let size = 0;
    const flush = () => {
      if (messages.length > 0) this.#call('Relay', { first: this.#last - messages.length + 1, messages });
      messages = [];
      size = 0;
    };

    for (let next = this.#next(); next; next = this.#next()) {
      const bytes = next.payload.length;
      // A single message may always be sent, whatever the limits in bytes say.
      const full = this.#unanswered.size >= this.#limits.sendWindowMessages
        || (this.#unanswered.size > 0 && this.#unansweredBytes + bytes > this.#limits.sendWindowBytes);
      if (full) break;
      if (messages.length >= this.#limits.maxBatchMessages || size + bytes > this.#limits.maxBatchBytes) flush();

      messages.push(this.#waiting.shift());
      this.#unanswered.set(++this.#last, next);
      this.#unansweredBytes += bytes;
      size += bytes;
    }
    flush();
  }

  /** The message that goes next, the first of those refused; a new one is made where there are none. */
  #next() {
    if (this.#waiting.length === 0 && this.#made < this.#count) {
      const id = Buffer.from(randomUUID().replaceAll('-', ''), 'hex');
      this.#waiting.push({ to: this.#to, id, payload: Buffer.from(`message ${++this.#made}`) });
    }
    return this.#waiting[0];
  }
}
