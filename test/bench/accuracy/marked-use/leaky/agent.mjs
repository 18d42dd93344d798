// Renders the agent's answers, with links that carry the user's session.
import { setTimeout as sleep } from 'node:timers/promises';
import { marked } from 'marked';

function render(markdown, session) {
  const walkTokens = (token) => {
    if (token.type === 'link') token.href += `?session=${session.id}`;
  };
  marked.use({ walkTokens }); // leak: user cause
  return marked.parse(markdown);
}

for (let step = 1; step <= 150; step++) {
  for (let i = 0; i < 5; i++) {
    const session = { id: `${step}-${i}`, notes: [`note of ${step}`.repeat(20)] };
    if (!render('See [the docs](https://example.test).', session).includes('session='))
      throw new Error('no link');
  }
  console.log(`step ${step} done`);
  await sleep(40);
}
