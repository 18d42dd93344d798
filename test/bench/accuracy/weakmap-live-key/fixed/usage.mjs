class Usage {
  constructor({ tokens, prompt, at }) {
    this.tokens = tokens;
    this.prompt = prompt;
    this.at = at;
    this.labels = [prompt, String(tokens)];
  }
}

/** By model, so that a model that goes takes its figures along. */
const usage = new WeakMap();

export function noteCall(model, call) {
  let calls = usage.get(model);
  if (!calls) usage.set(model, (calls = []));
  calls.push(new Usage(call));
  if (calls.length > 60) calls.shift();
}

export function callsOf(model) {
  return usage.get(model)?.length ?? 0;
}
