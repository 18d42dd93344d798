/** Targets of the capture benchmarks. `heap MB`: an agent's heap of that size, idle. `busy`: counts what it gets done. */

interface Message {
  role: string;
  content: string;
  meta: { id: number; tags: string[]; tokens: number };
}

function message(id: number): Message {
  const content = Array.from({ length: 6 }, (_, i) => `${(id * 7919 + i).toString(36)} tells the tool`).join(
    ' ',
  );
  return {
    role: id % 2 ? 'user' : 'assistant',
    content,
    meta: { id, tags: [`t${id % 97}`], tokens: id % 512 },
  };
}

const [kind, size] = process.argv.slice(2);
if (kind === 'heap') {
  const sessions = new Map<string, Message[]>();
  for (let id = 0; process.memoryUsage().heapUsed < Number(size) * 1e6; id++) {
    const key = `session-${id % 500}`;
    const messages = sessions.get(key) ?? [];
    messages.push(message(id));
    sessions.set(key, messages);
  }
  setInterval(() => sessions.size, 1000);
  console.log('ready');
} else {
  // A turn: allocates as an agent's loop does when it is never waiting, and comes back to the event loop.
  let turns = 0;
  let sink = 0;
  const turn = (): void => {
    const window: Message[] = [];
    for (let i = 0; i < 2000; i++) window.push(message(turns * 2000 + i));
    sink += JSON.stringify(window.filter(({ meta }) => meta.tokens > 100)).length;
    turns++;
    setImmediate(turn);
  };
  turn();
  setInterval(() => {
    console.log(`${turns} ${sink}`);
    turns = 0;
  }, 1000);
}
