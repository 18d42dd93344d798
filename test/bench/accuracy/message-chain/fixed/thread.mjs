class ChainMessage {
  constructor(role, text, parent) {
    this.role = role;
    this.text = text;
    this.meta = { at: Date.now(), size: text.length };
    this.parent = parent;
  }
}

export class Thread {
  head = null;

  say(role, text) {
    this.head = new ChainMessage(role, text, this.head);
    const oldest = this.last(30)[0];
    oldest.parent = null;
  }

  /** The newest n messages, oldest first. */
  last(n) {
    const messages = [];
    for (let message = this.head; message && messages.length < n; message = message.parent) messages.unshift(message);
    return messages;
  }
}
