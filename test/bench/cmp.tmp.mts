import { askMemlab, namedByConstructors, snapshotsOf } from './accuracy/compare.ts';
import { readPrograms } from './accuracy/truth.ts';

const all = readPrograms('/work/wt/acc-shapes/test/bench/accuracy');
for (const n of ['abort-listeners', 'closure-hooks']) {
  const p = all.find((x) => x.name === n)!;
  const s = snapshotsOf(`/work/wt/acc-shapes/.ci-output/accuracy/${n}.leaky.node20.heapline`);
  console.log(
    n,
    await namedByConstructors(p.truth, s),
    await askMemlab(p.truth, s, '/tmp/heapline-cache/accuracy'),
  );
}
