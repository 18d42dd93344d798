import { below, classLike, isCollection, wordLike } from './facts.ts';
import { match, type Rule } from './rule.ts';

const CLASSES =
  /^(ChildProcess|Socket|TLSSocket|Server|Http2Session|ClientHttp2Session|WebSocket|EventSource|Worker|MessagePort|Pipe|TCP|Process|IncomingMessage|ServerResponse|ClientRequest|ReadStream|WriteStream|FSWatcher|FileHandle|Agent$)|Transport$|^(Mcp|MCP)[A-Z]\w*|(Connection|Stream)$/;
const STREAMS = /^(ReadableStream|WritableStream|TransformStream)$/;
const NAMES =
  /transports?|connections?|sockets?|clients?|servers?|process(es)?|children|workers?|streams?|mcp|subprocess(es)?/;

export const openTransports: Rule = {
  id: 'open-transports',
  title: 'Child processes, connections or MCP transports that stay open',
  matches(facts) {
    if (facts.kind === 'listeners' || facts.kind === 'timers') return undefined;
    if (facts.processes) return match(1, 'What is opened with the work done is seen to run on.');
    const named = wordLike(facts.own, NAMES);
    const open = classLike(facts, CLASSES) ?? classLike(facts, STREAMS);
    if (open && (isCollection(facts) || facts.kind === 'linked-list'))
      return match(
        (named ? 0.95 : 0.83) - below(open),
        `It gains \`${open.className}\`: what is opened with the work done is not closed.`,
      );
    const sure = wordLike(facts.own, /transports?|sockets?|subprocess(es)?|connections?|streams?/);
    return match(sure && isCollection(facts) ? 0.72 : 0, `\`${sure}\` gains entries and loses none.`);
  },
  advice: (name) => [
    `Close what is opened, on failure too: await client.close() / transport.close(), child.kill(), socket.destroy() in finally or \`await using\`, and take it out of ${name}.`,
    'Open one connection per server, not one per call or session, and share it.',
    'The other side may vanish: handle close, exit and error events by removing the entry, and end connections that idle.',
    'Read streams to their end or cancel them: a body that nobody reads stays in memory, with its connection.',
  ],
};
