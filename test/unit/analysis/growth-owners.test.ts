import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeBaseline } from '../../../src/analysis/growth-baseline.ts';
import { findContainers, gainedGroups, withoutTables } from '../../../src/analysis/growth-containers.ts';
import { liveTotals } from '../../../src/analysis/growth-live.ts';
import { findAccumulations, gainsSince } from '../../../src/analysis/growth-owners.ts';
import {
  measureBaseline,
  measureOwners,
  replacedContainers,
  trackedOwner,
  wayTo,
} from '../../../src/analysis/growth-series.ts';
import { RetainingPaths } from '../../../src/analysis/paths.ts';
import { buildRetainers } from '../../../src/analysis/retainers.ts';
import { type Drawing, drawTwice } from '../../support/drawing.ts';

/** Two snapshots of one process; ids last. */
function snapshots(draw: (drawing: Drawing, time: number) => void) {
  const [before, after] = Object.values(drawTwice(draw)).map((heap) => ({ heap, live: liveTotals(heap) }));
  const baseline = makeBaseline(before.heap, before.live);
  const gains = gainsSince(baseline, after.heap, after.live);
  const found = findAccumulations(after.heap, gains, { objects: 8, bytes: 8192 });
  const containers = findContainers(after.heap, gains, after.live, found);
  const { graph } = after.heap;
  const name = (node: number) => graph.strings.get(graph.nodeNames[node]);
  return { ...after, baseline, gains, found, containers, name };
}

const memory = (drawing: Drawing, messages: number) => {
  drawing.node('agent', { name: 'Agent' }, ['root', 'property', 'agent']);
  drawing.node('memory', { name: 'AgentMemory' }, ['agent', 'property', 'memory']);
  drawing.node('history', { name: 'Array' }, ['memory', 'property', 'history']);
  drawing.node('elements', { type: 'array', name: '(object elements)', size: 8 * messages }, [
    'history',
    'internal',
    'elements',
  ]);
  for (let i = 0; i < messages; i++) {
    drawing.node(`m${i}`, { name: 'Message' }, ['elements', 'internal', String(i)]);
    drawing.node(`t${i}`, { type: 'string', name: `text ${i}` }, [`m${i}`, 'property', 'text']);
  }
};

describe('owners of growth', () => {
  it('names the array, not its backing store, and counts net', () => {
    const { found, containers, name, heap, live, baseline } = snapshots((drawing, time) =>
      memory(drawing, time ? 50 : 10),
    );
    assert.equal(found.length, 1);
    assert.equal(name(containers[0].node), 'Array');
    assert.equal(found[0].objects, 80);
    assert.equal(containers[0].share, 1);
    const tracked = [trackedOwner(heap, found[0])];
    const [before] = measureBaseline(baseline, tracked);
    const [after] = measureOwners(heap, live, tracked);
    assert.equal(after.objects - before.objects, 80);
    assert.equal(after.bytes - before.bytes, 80 * 16 + 40 * 8);
  });

  it('groups what was gained, scaled to the net', () => {
    const { found, gains, heap, live } = snapshots((drawing, time) => memory(drawing, time ? 50 : 10));
    const { graph } = heap;
    const [groups] = gainedGroups(heap, gains, live, found, (node) =>
      graph.nodeTypeNames[graph.nodeTypes[node]] === 'string' ? 'string' : graph.nodeNames[node],
    );
    assert.deepEqual(
      groups.filter((group) => group.objects > 0).map((group) => group.objects),
      [40, 40],
    );
  });

  it('finds nothing where as much goes as comes', () => {
    const { found } = snapshots((drawing, time) => {
      drawing.node('ring', { name: 'Array' }, ['root', 'property', 'ring']);
      for (let i = 0; i < 40; i++) drawing.node(`r${time}-${i}`, { name: 'Item' }, ['ring', 'element', i]);
    });
    assert.deepEqual(found, []);
  });

  it('is not misled by reused ids', () => {
    const { found, containers, name } = snapshots((drawing, time) => {
      drawing.node('cache', { name: 'Map' }, ['root', 'property', 'cache']);
      drawing.node('bin', { name: 'Bin' }, ['root', 'property', 'bin']);
      // 20 short-lived objects whose ids go to entries of the cache later.
      for (let i = 0; i < 20; i++) {
        if (time === 0) drawing.node(`x${i}`, { name: 'Entry' }, ['bin', 'element', i]);
        else drawing.node(`x${i}`, { name: 'Entry' }, ['cache', 'element', i]);
      }
      for (let i = 0; i < (time ? 60 : 0); i++)
        drawing.node(`e${i}`, { name: 'Entry' }, ['cache', 'element', 100 + i]);
    });
    assert.equal(found.length, 1);
    assert.equal(name(containers[0].node), 'Map');
    assert.equal(found[0].objects, 80);
  });

  it('separates two owners, one above the other', () => {
    const { found, containers, name, heap } = snapshots((drawing, time) => {
      drawing.node('store', { name: 'Store' }, ['root', 'property', 'store']);
      drawing.node('log', { name: 'Log' }, ['store', 'property', 'log']);
      for (let i = 0; i < (time ? 30 : 0); i++)
        drawing.node(`s${i}`, { name: 'Doc' }, ['store', 'element', i]);
      for (let i = 0; i < (time ? 50 : 0); i++)
        drawing.node(`l${i}`, { name: 'Line' }, ['log', 'element', i]);
    });
    const byName = new Map(found.map((one, i) => [name(containers[i].node), one]));
    assert.deepEqual([...byName.keys()].sort(), ['Log', 'Store']);
    assert.equal(byName.get('Store')!.objects, 30);
    assert.equal(byName.get('Log')!.objects, 50);
    assert.deepEqual(
      byName.get('Store')!.excluded.map((node) => name(node)),
      ['Log'],
    );
    assert.equal(trackedOwner(heap, byName.get('Store')!).excludedIds.length, 1);
  });

  it('takes a long list to the one who holds its head', () => {
    const { found, containers, name } = snapshots((drawing, time) => {
      drawing.node('signal', { name: 'AbortSignal' }, ['root', 'property', 'signal']);
      let before = 'signal';
      for (let i = 0; i < (time ? 3000 : 5); i++) {
        drawing.node(`n${i}`, { name: 'Listener' }, [before, 'property', 'next']);
        drawing.node(`c${i}`, { type: 'closure', name: 'onAbort' }, [`n${i}`, 'property', 'callback']);
        before = `n${i}`;
      }
    });
    assert.equal(found.length, 1);
    assert.equal(name(containers[0].node), 'AbortSignal');
    assert.equal(found[0].objects, 2 * 2995);
    assert.ok(found[0].chain!.length > 2900);
    assert.equal(name(containers[0].parts[0]), 'Listener');
  });

  it('takes what one of the first links has to the list, too', () => {
    const { found, containers, name } = snapshots((drawing, time) => {
      drawing.node('signal', { name: 'AbortSignal' }, ['root', 'property', 'signal']);
      let before = 'signal';
      for (let i = 0; i < (time ? 300 : 5); i++) {
        drawing.node(`n${i}`, { name: 'Listener' }, [before, 'property', 'next']);
        before = `n${i}`;
      }
      for (let i = 0; i < (time ? 60 : 0); i++) drawing.node(`x${i}`, { name: 'Part' }, ['n1', 'element', i]);
    });
    assert.equal(found.length, 1);
    assert.equal(name(containers[0].node), 'AbortSignal');
    assert.deepEqual(found[0].excluded, []);
    assert.equal(found[0].objects, 295 + 60);
  });

  it('measures a map with its entries where a list beside it holds them too', () => {
    const { heap, found, containers, name } = snapshots((drawing, time) => {
      const count = time ? 2000 : 10;
      drawing.node('cache', { name: 'LRU' }, ['root', 'property', 'cache']);
      drawing.node('map', { name: 'Map' }, ['cache', 'property', 'byKey']);
      drawing.node('table', { type: 'array', name: '', size: 16 * count }, ['map', 'internal', 'table']);
      drawing.node('order', { name: 'Order' }, ['cache', 'property', 'order']);
      for (let i = 0; i < count; i++)
        drawing.node(`e${i}`, { name: 'Entry' }, ['table', 'internal', String(i)], ['order', 'element', i]);
    });
    assert.equal(found.length, 2);
    const merged = withoutTables(heap, found, containers);
    assert.equal(merged.found.length, 1);
    const [one] = merged.found;
    assert.deepEqual([name(one.anchor), name(merged.containers[0].node)], ['LRU', 'Map']);
    assert.deepEqual([one.objects, one.bytes, one.excluded], [1990, 1990 * 32, []]);
  });

  it('leaves a map and the one above it apart where both gained objects', () => {
    const { heap, found, containers } = snapshots((drawing, time) => {
      drawing.node('pool', { name: 'Pool' }, ['root', 'property', 'pool']);
      drawing.node('map', { name: 'Map' }, ['pool', 'property', 'map']);
      drawing.node('list', { name: 'Array' }, ['pool', 'property', 'list']);
      for (let i = 0; i < (time ? 40 : 0); i++) {
        drawing.node(`own${i}`, { name: 'Job' }, ['map', 'element', i]);
        drawing.node(`both${i}`, { name: 'Job' }, ['map', 'element', 100 + i], ['list', 'element', i]);
      }
    });
    assert.equal(found.length, 2);
    assert.equal(withoutTables(heap, found, containers).found.length, 2);
  });

  it('names the nearest of containers that hold the same', () => {
    const { containers, name } = snapshots((drawing, time) => {
      drawing.node('compiler', { name: 'Compiler' }, ['root', 'property', 'compiler']);
      drawing.node('scope', { name: 'Scope' }, ['compiler', 'property', 'scope']);
      drawing.node('values', { name: 'Values' }, ['scope', 'property', 'values']);
      drawing.node('cache', { name: 'Cache' }, ['compiler', 'property', 'cache']);
      for (let i = 0; i < (time ? 40 : 0); i++)
        drawing.node(`s${i}`, { name: 'Schema' }, ['values', 'element', i], ['cache', 'element', i]);
    });
    assert.equal(name(containers[0].node), 'Cache');
    assert.deepEqual(containers[0].also.map(name), ['Values']);
  });

  it('takes what several hold, below the global object, to a container that leads to it', () => {
    const { found, containers, name } = snapshots((drawing, time) => {
      drawing.node('global', { name: 'global' }, ['root', 'property', 'global']);
      drawing.node('client', { name: 'Client' }, ['global', 'property', 'client']);
      drawing.node('awaited', { name: 'Map' }, ['client', 'property', 'awaited']);
      drawing.node('timers', { name: 'TimersList' }, ['global', 'property', 'timers']);
      for (let i = 0; i < (time ? 60 : 0); i++) {
        drawing.node(`answer${i}`, { name: 'Answer' }, ['awaited', 'element', i]);
        drawing.node(`timer${i}`, { name: 'Timeout' }, ['timers', 'element', i]);
        drawing.node(`request${i}`, { name: 'Request' }, [`answer${i}`], [`timer${i}`]);
        for (let k = 0; k < 4; k++)
          drawing.node(`part${i}-${k}`, { name: 'Part' }, [`request${i}`, 'element', k]);
      }
    });
    const at = found.findIndex(({ node }) => name(node) === 'global');
    assert.equal(found[at].objects, 60 * 5);
    assert.match(name(containers[at].node), /^(Map|TimersList)$/);
  });

  it('takes what native handles keep alive to the set that leads to it and grew by its table alone', () => {
    const { containers, name } = snapshots((drawing, time) => {
      const many = time ? 60 : 0;
      drawing.node('handles', { type: 'synthetic', name: '(Global handles)' }, ['root', 'element', 1]);
      drawing.node('host', { name: 'ToolHost' }, ['root', 'property', 'host']);
      drawing.node('open', { name: 'Set' }, ['host', 'property', 'open']);
      const table = { type: 'array', name: 'table', size: 100 + 8 * many };
      drawing.node('table', table, ['open', 'internal', 'table']);
      for (let i = 0; i < many; i++) {
        drawing.node(`transport${i}`, { name: 'Transport' }, ['table', 'internal', String(i)]);
        drawing.node(`socket${i}`, { name: 'Socket' }, [`transport${i}`, 'property', 'socket']);
        drawing.node(
          `tcp${i}`,
          { name: 'TCP' },
          ['handles', 'element', i],
          [`socket${i}`, 'property', 'handle'],
        );
        drawing.edge(`tcp${i}`, `socket${i}`, 'property', 'owner');
        drawing.edge(`socket${i}`, `transport${i}`, 'property', 'listener');
        for (let k = 0; k < 6; k++)
          drawing.node(
            `part${i}-${k}`,
            { name: 'Part' },
            [`tcp${i}`, 'element', k],
            [`socket${i}`, 'element', k],
          );
      }
    });
    assert.deepEqual([...new Set(containers.map(({ node }) => name(node)))], ['Set']);
  });

  it('measures a container that is replaced, by the way to it, whoever else holds it meanwhile', () => {
    const draw = (drawing: Drawing, time: number): void => {
      drawing.node('options', { name: 'Options' }, ['root', 'property', 'options']);
      drawing.node('other', { name: 'Other' }, ['root', 'property', 'other']);
      const count = time ? 400 : 50;
      for (let i = count - 1; i >= 0; i--) {
        const wrapper = { type: 'closure', name: 'wrapped' };
        if (i < count - 1) drawing.node(`f${i}`, wrapper, [`f${i + 1}`, 'context', 'before']);
        else drawing.node(`f${i}`, wrapper, ['options', 'property', 'walk'], ['other', 'property', 'walk']);
      }
    };
    const { heap, live, baseline, gains, found, containers } = snapshots(draw);
    assert.equal(found.length, 1);
    const tracked = trackedOwner(heap, found[0]);
    const [replaced] = replacedContainers(heap, gains, live, found, containers);
    assert.deepEqual([replaced[0], replaced[1].itself.objects], [0, 400]);
    const [steps] = new RetainingPaths(heap, buildRetainers(heap.graph)).to(containers[0].node);
    const way = wayTo(heap, gains.old, steps);
    assert.deepEqual(way?.edges, [{ type: 'property', name: 'walk' }]);
    const { before } = drawTwice(draw);
    const measured = measureOwners(before, liveTotals(before), [{ ...tracked, way }]);
    assert.equal(measured[0].objects, 50);
    assert.equal(measureBaseline(baseline, [tracked])[0].objects, 52); // of the root, with all else
  });

  it('finds both containers where two hold the same', () => {
    const { containers, name } = snapshots((drawing, time) => {
      drawing.node('pool', { name: 'Pool' }, ['root', 'property', 'pool']);
      drawing.node('list', { name: 'Array' }, ['pool', 'property', 'list']);
      drawing.node('byId', { name: 'Map' }, ['pool', 'property', 'byId']);
      for (let i = 0; i < (time ? 40 : 0); i++) {
        drawing.node(`a${i}`, { name: 'Agent' }, ['list', 'element', i], ['byId', 'element', i]);
      }
    });
    const [container] = containers;
    assert.deepEqual([name(container.node), ...container.also.map(name)].sort(), ['Array', 'Map']);
  });

  it('follows a container that is made anew at each step', () => {
    const { found, containers, name } = snapshots((drawing, time) => {
      drawing.node('state', { name: 'State' }, ['root', 'property', 'state']);
      drawing.node(`list${time}`, { name: 'Array' }, ['state', 'property', 'messages']);
      for (let i = 0; i < (time ? 50 : 10); i++)
        drawing.node(`m${i}`, { name: 'Message' }, [`list${time}`, 'element', i]);
    });
    assert.equal(found.length, 1);
    assert.equal(name(containers[0].node), 'Array');
    assert.equal(name(found[0].anchor), 'State');
    assert.equal(found[0].objects, 40);
  });

  it('leaves compiled code and what hangs below it out', () => {
    const { found } = snapshots((drawing, time) => {
      drawing.node('code', { type: 'code', name: '(code)' }, ['root', 'property', 'code']);
      for (let i = 0; i < (time ? 500 : 0); i++) {
        drawing.node(`f${i}`, { type: 'code', name: 'feedback', size: 400 }, ['code', 'internal', String(i)]);
        drawing.node(`s${i}`, { type: 'string', name: `name ${i}` }, [`f${i}`, 'internal', 'name']);
      }
    });
    assert.deepEqual(found, []);
  });

  it('does not take for a gain what several lost, though it be more than 32 bits hold', () => {
    const { gains, found } = snapshots((drawing, time) => {
      drawing.node('holder', { name: 'Holder' }, ['root', 'property', 'holder']);
      if (time) drawing.node('box', { name: 'Box' }, ['holder', 'property', 'box']);
      // A chain, each link of which keeps a gigabyte, comes apart; and the gigabyte is gone.
      for (let i = 0; i < 3; i++) {
        const above = time ? 'box' : i ? `n${i - 1}` : 'holder';
        drawing.node(`n${i}`, { name: 'Link' }, [above, 'property', `p${i}`]);
      }
      if (!time) drawing.node('load', { type: 'string', name: '...', size: 1e9 }, ['n2', 'property', 'load']);
    });
    assert.deepEqual(found, []);
    assert.ok(gains.bytes.every((bytes) => bytes <= 16));
  });
});
