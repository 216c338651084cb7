// Asks the relay every few seconds how it is doing, and shows it. Waits longer while nobody looks at the page.
import { Chart } from './charts.js';
import { showOperator } from './operator.js';

const whole = new Intl.NumberFormat('en');
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const count = value => value < 100_000 ? whole.format(Math.round(value)) : short.format(value);
const rate = value => value > 0 && value < 10 ? value.toFixed(1) : count(value);

function bytes(value) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(value) / 10));
  const scaled = value / 1024 ** power;
  return `${power === 0 || scaled >= 100 ? Math.round(scaled) : scaled.toFixed(1)} ${units[power]}`;
}

function time(seconds) {
  const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min` : `${Math.floor(seconds)} s`;
}

// What is part of the line above it begins with 'of these'.
const totals = [
  ['Messages accepted', now => whole.format(now.accepted)],
  ['of these, bytes of payload', now => bytes(now.acceptedBytes)],
  ['Messages delivered', now => whole.format(now.delivered)],
  ['of these, again after a broken connection', now => whole.format(now.redelivered)],
  ['Messages acknowledged by their recipients', now => whole.format(now.acknowledged)],
  ['Messages lost, evicted from full mailboxes', now => whole.format(now.evicted)],
  ['Messages lost, not fetched in time', now => whole.format(now.expired)],
  ['Messages lost, sent again too late', now => whole.format(now.late)],
  ['Refusals of messages, calls, registrations and connections', now => whole.format(now.refused)],
  ['Registrations', now => whole.format(now.registrations)],
  ['of these, takeovers from an earlier connection', now => whole.format(now.takeovers)],
  ['Deliveries that waited for a slow recipient', now => whole.format(now.creditStalls)],
];

const at = id => document.getElementById(id);
const charts = {
  messages: new Chart([{ name: 'accepted', of: s => s.accepted }, { name: 'delivered', of: s => s.delivered }], rate, 'messages a second'),
  peers: new Chart([{ name: 'connected', of: s => s.peers }], count, 'peers'),
  held: new Chart([{ name: 'held', of: s => s.mailboxBytes }], bytes, 'bytes of all mailboxes', 1024),
  trouble: new Chart([{ name: 'lost', of: s => s.lost }, { name: 'refused', of: s => s.refused }], rate, 'messages lost, and refusals, a second'),
};
const cells = new Map();
let samples = [];
let started = 0;

function prepare() {
  for (const figure of document.querySelectorAll('figure'))
    charts[figure.dataset.chart].putInto(figure);
  for (const [name] of totals) {
    const row = at('totals').insertRow();
    const head = document.createElement('th');
    head.scope = 'row';
    head.textContent = name;
    head.className = name.startsWith('of these') ? 'part' : '';
    row.append(head);
    cells.set(name, row.insertCell());
  }
}

function say(text, kind) {
  at('state').textContent = text;
  at('state').className = `state ${kind}`;
}

function sayState(now) {
  if (now.isDraining) say('shutting down', 'warn');
  else if (now.peers >= now.maxPeers) say('full: as many peers as are allowed', 'warn');
  else if (now.mailboxBytes > now.maxMailboxBytes * 0.95) say('mailboxes full: they hold as much as they may', 'warn');
  else say('ready', 'good');
}

function show(status) {
  const { now } = status;
  const last = samples.at(-1);
  at('version').textContent = status.version;
  at('uptime').textContent = time(status.uptime);
  at('peers').textContent = count(now.peers);
  at('max-peers').textContent = count(now.maxPeers);
  at('peers-meter').value = now.peers / now.maxPeers;
  at('accepted-rate').textContent = last ? rate(last.accepted) : '–';
  at('delivered-rate').textContent = last ? rate(last.delivered) : '–';
  at('messages').textContent = count(now.mailboxMessages);
  at('mailboxes').textContent = now.mailboxes === 1 ? '1 peer' : `${count(now.mailboxes)} peers`;
  at('bytes').textContent = bytes(now.mailboxBytes);
  at('max-bytes').textContent = bytes(now.maxMailboxBytes);
  at('bytes-meter').value = now.mailboxBytes / now.maxMailboxBytes;
  for (const [name, value] of totals)
    cells.get(name).textContent = value(now);
  for (const chart of Object.values(charts))
    chart.draw(samples, status.interval, status.kept);
  sayState(now);
  showOperator(status.hasAdminKey);
}

async function ask() {
  try {
    const answer = await fetch(`status.json?after=${samples.at(-1)?.number ?? 0}`, { cache: 'no-store' });
    if (!answer.ok)
      throw new Error(`status ${answer.status}`);

    const status = await answer.json();
    const start = Date.now() / 1000 - status.uptime;
    if (Math.abs(start - started) > 5 && started !== 0) {
      // Another process than before: its samples count from 1 again.
      samples = [];
      started = 0;
      return ask();
    }

    started ||= start;
    // There may be older ones among them.
    const last = samples.at(-1)?.number ?? 0;
    samples = [...samples, ...status.samples.filter(sample => sample.number > last)].slice(-status.kept);
    show(status);
  } catch (failure) {
    say('no answer from the relay', 'bad');
  }
}

prepare();
for (;;) {
  await ask();
  await new Promise(resolve => setTimeout(resolve, document.hidden ? 20_000 : 2_000));
}
