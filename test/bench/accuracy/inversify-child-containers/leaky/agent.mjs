// Each request gets a container of its own, whose parent has what all share.
import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { Container, injectable } from 'inversify';

class Clock {
  now() {
    return Date.now();
  }
}
injectable()(Clock);

class Planner {
  constructor(request) {
    this.request = request;
    this.notes = [];
  }

  plan(clock) {
    for (const part of this.request.split(' ')) this.notes.push({ part, at: clock.now() });
    return this.notes.length;
  }
}

const root = new Container({ defaultScope: 'Singleton' });
root.bind(Clock).toSelf();

async function handle(request) {
  const scope = new Container({ parent: root }); // leak: user
  scope.bind('request').toConstantValue(request);
  scope.bind(Planner).toDynamicValue((context) => new Planner(context.get('request')));
  const planner = scope.get(Planner);
  return planner.plan(scope.get(Clock));
}

for (let step = 1; step <= 160; step++) {
  for (let i = 0; i < 5; i++) await handle(`book a table for ${i} at ${step} o'clock`);
  console.log(`step ${step} done`);
  await sleep(40);
}
