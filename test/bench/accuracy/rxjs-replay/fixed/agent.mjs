// What the agent does is published as events; who joins late gets the last ones.
import { setTimeout as sleep } from 'node:timers/promises';
import { filter, ReplaySubject } from 'rxjs';

class Activity {
  events$ = new ReplaySubject(50);

  tell(kind, detail) {
    this.events$.next({ kind, detail, at: new Date() });
  }
}

const activity = new Activity();
let failures = 0;
activity.events$.pipe(filter((event) => event.kind === 'failure')).subscribe(() => failures++);

for (let step = 1; step <= 160; step++) {
  for (let i = 0; i < 12; i++)
    activity.tell(i % 6 ? 'tool' : 'failure', { step, text: `tool ${i} in step ${step}` });
  console.log(`step ${step} done`);
  await sleep(40);
}
if (failures !== 320) throw new Error('events are missing');
