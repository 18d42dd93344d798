'use strict';

class Span {
  constructor(id, name, attributes) {
    this.id = id;
    this.name = name;
    this.attributes = attributes;
    this.events = [];
    this.start = process.hrtime();
  }

  addEvent(name, data) {
    this.events.push({ name, data, at: process.hrtime() });
  }
}

class Tracer {
  #open = new Map();
  #batch = [];
  #next = 1;
  exported = 0;

  startSpan(name, attributes) {
    const span = new Span(this.#next++, name, attributes);
    this.#open.set(span.id, span); // leak: store
    return span;
  }

  endSpan(span) {
    this.#open.delete(span.id);
    this.#batch.push(span);
    if (this.#batch.length >= 32) this.#export();
  }

  #export() {
    this.exported += this.#batch.length;
    this.#batch = [];
  }
}

module.exports = { Tracer };
