// Documents are loaded in batches.
import { setTimeout as sleep } from 'node:timers/promises';
import DataLoader from 'dataloader';

async function loadDocuments(ids) {
  return ids.map((id) => ({ id, title: `document ${id}`, words: `text of ${id} `.repeat(8).split(' ') }));
}

async function answer(question) {
  const documents = new DataLoader(loadDocuments);
  const found = await Promise.all([0, 1, 2, 3].map((rank) => documents.load(`${question}/${rank}`)));
  return found.map(({ title }) => title).join(', ');
}

for (let step = 1; step <= 160; step++) {
  await answer(`question-${step}`);
  console.log(`step ${step} done`);
  await sleep(40);
}
