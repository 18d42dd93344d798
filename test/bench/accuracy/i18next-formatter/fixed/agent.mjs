// An agent that tells users of appointments in their language.
import { setTimeout as sleep } from 'node:timers/promises';
import i18next from 'i18next';

await i18next.init({
  lng: 'en',
  resources: {
    en: { translation: { appointment: 'See you on {{when, datetime}}' } },
    de: { translation: { appointment: 'Bis {{when, datetime}}' } },
  },
});

const date = { year: 'numeric', month: 'long', day: 'numeric' };

function invite(user, when) {
  const lng = user % 2 ? 'de' : 'en';
  return i18next.t('appointment', { lng, when, formatParams: { when: date } }); // leak: user
}

const start = Date.UTC(2025, 0, 1);
let user = 0;
for (let step = 1; step <= 160; step++) {
  for (let i = 0; i < 3; i++, user++) {
    if (!invite(user, new Date(start + user * 60_000)).includes('2025')) throw new Error('no date');
  }
  console.log(`step ${step} done`);
  await sleep(45);
}
