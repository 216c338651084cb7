// Line charts in SVG: time to the right, the newest at the edge. Two lines at most, told apart by colour and by name.
const [width, height, left, right, top, bottom] = [560, 176, 58, 8, 26, 20];
const classes = ['first', 'second'];

function make(name, attributes, parent) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes))
    element.setAttribute(key, value);
  parent?.append(element);
  return element;
}

/** A round number at or above the highest value, of whose half a round number comes too: there is no half peer. */
function ceiling(highest, base) {
  const unit = base === 1024 ? 1024 ** Math.max(0, Math.floor(Math.log2(Math.max(highest, 1)) / 10)) : 1;
  const scaled = highest / unit;
  const power = 10 ** Math.floor(Math.log10(Math.max(scaled, 1)));
  return [1, 2, 4, 6, 10].map(step => step * power).find(step => step >= Math.max(scaled, 2)) * unit;
}

export class Chart {
  #series;
  #format;
  #unit;
  #base;
  #svg = make('svg', { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', role: 'img' });
  #readout = document.createElement('p');
  #samples = [];
  #interval = 1;
  #kept = 1;
  #highest = 1;
  #pointer = null;

  /** @param unit What the figures at the side count, such as 'peers'. */
  constructor(series, format, unit, base = 10) {
    [this.#series, this.#format, this.#unit, this.#base] = [series, format, unit, base];
  }

  putInto(figure) {
    const caption = figure.querySelector('figcaption');
    this.#svg.setAttribute('aria-label', `${caption.textContent}: ${this.#unit}, in the last 15 minutes`);
    if (this.#series.length > 1) {
      this.#series.forEach((one, i) => {
        const key = document.createElement('span');
        key.className = `key ${classes[i]}`;
        key.textContent = one.name;
        caption.append(key);
      });
    }

    this.#readout.className = 'readout';
    figure.append(this.#svg, this.#readout);
    this.#svg.addEventListener('pointermove', event => this.#pointAt(event.offsetX));
    this.#svg.addEventListener('pointerleave', () => this.#pointAt(null));
    new ResizeObserver(() => this.#redraw()).observe(this.#svg);
  }

  draw(samples, interval, kept) {
    [this.#samples, this.#interval, this.#kept] = [samples, interval, kept];
    this.#redraw();
  }

  #pointAt(x) {
    this.#pointer = x;
    this.#redraw();
  }

  #redraw() {
    // In pixels of the screen, so that text and lines keep their shape at any width.
    const box = this.#svg.getBoundingClientRect();
    const [w, h] = [Math.max(box.width, 200), Math.max(box.height, 100)];
    this.#svg.setAttribute('viewBox', `0 0 ${w} ${h}`);
    this.#svg.replaceChildren();
    this.#highest = ceiling(Math.max(0, ...this.#series.flatMap(one => this.#samples.map(one.of))), this.#base);

    const x = i => w - right - (this.#samples.length - 1 - i) * (w - left - right) / (this.#kept - 1);
    const y = value => top + (h - top - bottom) * (1 - value / this.#highest);
    this.#drawGrid(w, h, y);
    this.#series.forEach((one, i) => {
      const path = this.#samples.map((sample, j) => `${j === 0 ? 'M' : 'L'}${x(j).toFixed(1)} ${y(one.of(sample)).toFixed(1)}`).join('');
      make('path', { d: path, class: classes[i] }, this.#svg);
    });
    this.#drawReadout(w, h, x, y);
  }

  #drawGrid(w, h, y) {
    make('text', { x: 0, y: 11, class: 'unit' }, this.#svg).textContent = this.#unit;
    for (const part of [0, 0.5, 1]) {
      const at = y(this.#highest * part);
      make('line', { x1: left, x2: w - right, y1: at, y2: at, class: 'grid' }, this.#svg);
      make('text', { x: left - 8, y: at + 4, 'text-anchor': 'end' }, this.#svg).textContent = this.#format(this.#highest * part);
    }

    const minutes = this.#interval * (this.#kept - 1) / 60;
    for (const back of [0, 5, 10, 15]) {
      const at = w - right - back / minutes * (w - left - right);
      if (at > left - 1) {
        const text = make('text', { x: at, y: h - 4, 'text-anchor': back === 0 ? 'end' : 'middle' }, this.#svg);
        text.textContent = back === 0 ? 'now' : `${back} min ago`;
      }
    }
  }

  #drawReadout(w, h, x, y) {
    const place = this.#pointer === null
      ? this.#samples.length - 1
      : Math.round(this.#samples.length - 1 - (w - right - this.#pointer) / ((w - left - right) / (this.#kept - 1)));
    const sample = this.#samples[place];
    if (!sample) {
      this.#readout.textContent = this.#samples.length === 0 ? 'the first figures come in a moment' : '';
      return;
    }

    if (this.#pointer !== null)
      make('line', { x1: x(place), x2: x(place), y1: top, y2: h - bottom, class: 'cursor' }, this.#svg);
    this.#series.forEach((one, i) => make('circle', { cx: x(place), cy: y(one.of(sample)), r: 3.5, class: classes[i] }, this.#svg));

    const ago = Math.round((this.#samples.length - 1 - place) * this.#interval);
    const when = ago === 0 ? 'now' : ago < 60 ? `${ago} s ago` : `${Math.floor(ago / 60)} min ${ago % 60} s ago`;
    this.#readout.textContent = `${when}: ${this.#series.map(one => `${this.#format(one.of(sample))} ${one.name}`).join(', ')}${this.#unit.endsWith('second') ? ' a second' : ''}`;
  }
}
