import { validate } from './validators';

interface Field {
  name: string;
  type: 'string' | 'number';
}

/** What a user may search for depends on who it is: the schema is made for each request. */
function schemaFor(user: number): { title: string; fields: Field[] } {
  return {
    title: 'search',
    fields: [
      { name: 'query', type: 'string' },
      { name: 'limit', type: 'number' },
      ...(user % 2 ? [{ name: 'tenant', type: 'string' } as Field] : []),
    ],
  };
}

async function main(): Promise<void> {
  for (let user = 0; user < 2400; user++) {
    const problems = validate(schemaFor(user), { query: `q${user}`, limit: 5, tenant: 'a' });
    if (problems.length) throw new Error(problems.join());
    if (user % 8 === 7) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      console.log(`step ${user + 1}`);
    }
  }
}

main();
