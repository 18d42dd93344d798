'use strict';
const { EventEmitter } = require('node:events');

class Settings extends EventEmitter {
  constructor(values) {
    super();
    this.setMaxListeners(0);
    this.values = { ...values };
  }

  set(name, value) {
    this.values[name] = value;
    this.emit('changed', this.values);
  }
}

module.exports = { Settings };
