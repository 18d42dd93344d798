import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { PROJECT } from '../../support/heapline.ts';

const read = (path: string): string => readFileSync(join(PROJECT, path), 'utf8');
const json = (path: string) => JSON.parse(read(path));
const manifest = json('package.json');
const { contributes } = manifest;
const sources = (folder: string): string =>
  readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => read(join(folder, name)))
    .join('\n');
const code = sources('src/extension');
const contributed: string[] = contributes.commands.map(({ command }: { command: string }) => command);

it('contributes every command that there is, and no other', () => {
  const handlers = [
    ...sources('src/extension/commands').matchAll(/^ {4}(?:async )?(\w+)(?:\(.*\{$|: \(|,$)/gm),
  ]
    .map(([, name]) => `heapline.${name}`)
    .filter((command) => command !== 'heapline.context');
  assert.deepEqual(
    contributed.filter((command) => !handlers.includes(command)),
    [],
  );
  for (const name of ['record', 'goToStore', 'clearMarks', 'openLog'])
    assert.ok(handlers.includes(`heapline.${name}`));
});

it('uses only its own commands, views and editors that it contributes', () => {
  const used = [
    ...JSON.stringify(contributes.menus).matchAll(/"command":"(heapline\.\w+)"/g),
    ...JSON.stringify([contributes.viewsWelcome, contributes.walkthroughs]).matchAll(
      /onCommand:(heapline\.\w+)/g,
    ),
    ...read('package.nls.json').matchAll(/command:(heapline\.\w+)\)/g),
    ...sources('src/extension').matchAll(/id: '(heapline\.\w+)'/g),
  ].map(([, command]) => command);
  assert.ok(used.length > 40);
  assert.deepEqual(
    used.filter((command) => !contributed.includes(command)),
    [],
  );
});

it('sets every context key that a when clause asks for', () => {
  const clauses = JSON.stringify([contributes.menus, contributes.viewsWelcome, contributes.walkthroughs]);
  const keys = [...clauses.matchAll(/(?<=["(!& :])heapline\.(\w+)(?!\w*")/g)].map(([, key]) => key);
  for (const key of new Set(keys)) {
    if (contributed.includes(`heapline.${key}`) || key === 'targets') continue;
    assert.ok(code.includes(`'${key}'`) || code.includes(`'heapline.${key}'`), `nobody sets heapline.${key}`);
  }
});

it('reads every setting that it contributes', () => {
  for (const setting of Object.keys(contributes.configuration.properties)) {
    const name = setting.replace('heapline.', '');
    assert.match(
      code,
      new RegExp(`((get|inspect)(<\\w+>)?\\('${name}'|affectsConfiguration\\('${setting})`),
      setting,
    );
  }
});

it('offers the same options in launch.json as in the settings', () => {
  const [node, ...others] = contributes.debuggers;
  const { heapline } = node.configurationAttributes.launch.properties;
  for (const [name, schema] of Object.entries<{ markdownDescription: string }>(heapline.properties)) {
    const setting = contributes.configuration.properties[`heapline.${name}`];
    assert.equal(schema.markdownDescription, setting?.markdownDescription, name);
  }
  for (const { type, configurationAttributes } of others)
    for (const { properties } of Object.values<{ properties: object }>(configurationAttributes))
      assert.deepEqual(
        properties,
        { heapline: { $ref: '#/definitions/node:launch/properties/heapline' } },
        type,
      );
});

it('names files that are there', () => {
  const paths = [...JSON.stringify(manifest).matchAll(/"(media\/[^"]+)"/g)].map(([, path]) => path);
  assert.ok(paths.length > 6);
  for (const path of paths) assert.ok(existsSync(join(PROJECT, path)), path);
});

it('takes no key from the user', () => {
  assert.equal(contributes.keybindings, undefined);
});
