import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { Session } from './session.mjs';

export class ToolServer {
  #sessions = new Map();
  #http = http.createServer((request, response) => this.#handle(request, response));

  async listen() {
    await new Promise((resolve) => this.#http.listen(0, '127.0.0.1', resolve));
    return this.#http.address().port;
  }

  close() {
    this.#http.close();
  }

  async #handle(request, response) {
    let text = '';
    for await (const chunk of request) text += chunk;
    const answer = request.url === '/hello' ? this.#open(JSON.parse(text)) : this.#call(JSON.parse(text));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answer));
  }

  #open(hello) {
    const session = new Session(randomUUID(), hello);
    this.#sessions.set(session.id, session);
    // A client says no goodbye: the oldest session gives way.
    if (this.#sessions.size > 60) this.#sessions.delete(this.#sessions.keys().next().value);
    return { session: session.id };
  }

  #call({ session, tool, q }) {
    const open = this.#sessions.get(session);
    if (!open) throw new Error(`no session ${session}`);
    return { hits: open.call(tool, q) };
  }
}
