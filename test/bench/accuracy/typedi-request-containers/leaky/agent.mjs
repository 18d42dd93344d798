// Each request has a container of its own, by its id.
import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import typedi from 'typedi';

const { Container } = typedi;

class Memory {
  constructor(user) {
    this.user = user;
    this.facts = [];
  }

  remember(text) {
    this.facts.push(...text.split(' ').map((word) => `${this.user} said ${word}`));
    return this.facts.length;
  }
}

function handle({ id, user, text }) {
  const scope = Container.of(id); // leak: user
  scope.set('user', user);
  scope.set(Memory, new Memory(scope.get('user')));
  return scope.get(Memory).remember(text);
}

for (let step = 1; step <= 150; step++) {
  for (let i = 0; i < 4; i++) handle({ id: `request ${step}-${i}`, user: `user ${i}`, text: 'please find me a flat' });
  console.log(`step ${step} done`);
  await sleep(40);
}
