/** A client of OpenAI's chat API over plain fetch. */
import type { ChatChunk, ChatCompletion, ChatRequest, Message, ToolCall, ToolDefinition } from './chat.ts';

export interface LlmOptions {
  baseUrl: string;
  model: string;
  /** Aborted when the whole program is to end. */
  shutdown: AbortSignal;
  /** Let go of `shutdown` when a request is over. */
  detach: boolean;
}

/** One question to the model, as long as it is under way. */
interface Exchange {
  messages: Message[];
  startedAt: number;
  received: number;
}

export class LlmClient {
  private readonly options: LlmOptions;
  /** Requests that a shutdown cut off. */
  readonly interrupted: Exchange[] = [];

  constructor(options: LlmOptions) {
    this.options = options;
  }

  /** An answer that is to be a JSON object. */
  async askForJson<T>(messages: Message[]): Promise<T> {
    return this.exchange(messages, { response_format: { type: 'json_object' } }, async (response) => {
      const completion = (await response.json()) as ChatCompletion;
      return JSON.parse(completion.choices[0].message.content ?? '{}') as T;
    });
  }

  /** A streamed answer: text, or the tools that the model wants called. */
  async chat(messages: Message[], tools: ToolDefinition[]): Promise<Message> {
    return this.exchange(messages, { tools, stream: true }, async (response, exchange) => {
      const parts: string[] = [];
      const calls: ToolCall[] = [];
      for await (const chunk of readEvents(response)) {
        exchange.received++;
        const { delta } = chunk.choices[0];
        if (delta.content) parts.push(delta.content);
        for (const { index, ...call } of delta.tool_calls ?? []) calls[index] = call;
      }
      return calls.length
        ? { role: 'assistant', content: null, tool_calls: calls }
        : { role: 'assistant', content: parts.join('') };
    });
  }

  private async exchange<T>(
    messages: Message[],
    more: Partial<ChatRequest>,
    read: (response: Response, exchange: Exchange) => Promise<T>,
  ): Promise<T> {
    const { baseUrl, model, shutdown, detach } = this.options;
    const controller = new AbortController();
    const exchange: Exchange = { messages, startedAt: performance.now(), received: 0 };
    const cancel = (): void => {
      this.interrupted.push(exchange);
      controller.abort(shutdown.reason);
    };
    shutdown.throwIfAborted();
    shutdown.addEventListener('abort', cancel); // leak:listeners
    try {
      const response = await fetch(`${baseUrl}/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model, messages, ...more } satisfies ChatRequest),
        signal: controller.signal,
      });
      if (!response.ok) throw new Error(`The model answered ${response.status}`);
      return await read(response, exchange);
    } finally {
      if (detach) shutdown.removeEventListener('abort', cancel);
    }
  }
}

/** The JSON of each server-sent event, until `[DONE]`. */
async function* readEvents(response: Response): AsyncGenerator<ChatChunk> {
  const decoder = new TextDecoder();
  let pending = '';
  for await (const bytes of response.body as AsyncIterable<Uint8Array>) {
    pending += decoder.decode(bytes, { stream: true });
    const events = pending.split('\n\n');
    pending = events.pop() ?? '';
    for (const event of events) {
      const data = event.replace(/^data: /, '');
      if (data !== '[DONE]') yield JSON.parse(data) as ChatChunk;
    }
  }
}
