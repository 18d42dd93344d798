// Prices in the customer's own format: formatters are costly, so they are kept.
import { setTimeout as sleep } from 'node:timers/promises';

const locales = ['de', 'en', 'es', 'fr', 'it', 'ja', 'ko', 'nl', 'pl', 'pt', 'ru', 'sv'];
const currencies = ['EUR', 'USD', 'GBP', 'JPY', 'CHF', 'SEK', 'PLN'];
const formatters = new Map();

function price(locale, currency, amount) {
  const key = `${locale}/${currency}`;
  let formatter = formatters.get(key);
  if (!formatter) {
    formatter = { number: new Intl.NumberFormat(locale, { style: 'currency', currency }), used: 0, key };
    formatters.set(key, formatter);
  }
  formatter.used++;
  return formatter.number.format(amount);
}

let length = 0;
let random = 7;
for (let step = 1; step <= 180; step++) {
  for (let i = 0; i < 3; i++) {
    random = (random * 48271) % 2147483647;
    const locale = locales[random % locales.length];
    const currency = currencies[(random >> 8) % currencies.length];
    length += price(locale, currency, random % 1000).length;
  }
  console.log(`step ${step} done, ${formatters.size} formatters`);
  await sleep(30);
}
console.log(length);
