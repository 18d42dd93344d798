class Message {
  constructor(role, content) {
    this.role = role;
    this.content = content;
    this.at = Date.now();
    this.tokens = content.split(/\s+/).map((word) => word.length);
  }
}

export class Conversation {
  constructor(system) {
    this.system = new Message('system', system);
    this.messages = [];
  }

  add(role, content) {
    this.messages.push(new Message(role, content)); // leak: store
  }

  window() {
    return [this.system, ...this.messages.slice(-20)];
  }
}
