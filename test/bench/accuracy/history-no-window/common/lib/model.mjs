export class ModelClient {
  constructor(base) {
    this.url = `${base}/v1/chat/completions`;
  }

  async complete(messages) {
    const body = JSON.stringify({ model: 'desk-1', messages: messages.map(({ role, content }) => ({ role, content })) });
    const response = await fetch(this.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const { choices } = await response.json();
    return choices[0].message.content;
  }
}
