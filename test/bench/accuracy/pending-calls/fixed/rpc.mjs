const TIMEOUT_MS = 8;

class Call {
  constructor(method, params) {
    this.method = method;
    this.params = params;
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}

export class RpcClient {
  #id = 0;
  #wire;

  constructor(wire) {
    this.#wire = wire;
    this.pending = {};
  }

  call(method, params) {
    const id = ++this.#id;
    const call = new Call(method, params);
    this.pending[id] = call;
    this.#wire.send({ jsonrpc: '2.0', id, method, params }, (message) => this.#onMessage(message));
    return this.#orTimeout(call, id);
  }

  async #orTimeout(call, id) {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${call.method} timed out`)), TIMEOUT_MS);
    });
    try {
      return await Promise.race([call.promise, late]);
    } finally {
      clearTimeout(timer);
      delete this.pending[id];
    }
  }

  #onMessage({ id, result }) {
    this.pending[id]?.resolve(result);
    delete this.pending[id];
  }
}
