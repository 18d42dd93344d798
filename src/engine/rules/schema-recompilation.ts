import { below, classLike, holderLike, wordLike } from './facts.ts';
import { match, type Rule } from './rule.ts';

const CLASSES =
  /^(\$?Zod[A-Z]?\w*|\$Zod\w+|Ajv\w*|SchemaEnv|JSONSchema\w*|TypeCompiler|TypeCheck|Joi\w*|BaseSchema|\w*Schema|\w*Validator|ValidateFunction)$/;
const HOLDERS = /^(\$ZodRegistry|Ajv\w*|\$?Zod\w+|TypeRegistry|ValueScope)$|Validator$|SchemaRegistry$/;
const NAMES = /schemas?|validators?|ajv|zod|validations?|compilations?|type|registry/;
const SURE = /schemas?|validators?|ajv|zod|compilations?/;

export const schemaRecompilation: Rule = {
  id: 'schema-recompilation',
  title: 'Schemas or validators compiled again and again',
  matches(facts) {
    if (facts.kind === 'listeners' || facts.kind === 'timers') return undefined;
    const gained = classLike(facts, CLASSES);
    const holder = holderLike(facts, HOLDERS);
    const sure = wordLike(facts.own, SURE);
    if (holder && (gained || sure || facts.functions > 0))
      return match(0.94, `\`${holder}\` keeps each schema that it was ever given.`);
    if (gained && (gained.isEntry || gained.share >= 0.05))
      return match(
        (wordLike(facts.around, NAMES) ? 0.91 : 0.8) - below(gained),
        `It gains \`${gained.className}\`: schemas are made anew with the work done.`,
      );
    if (/\.compile\(|z\.object\(|zodToJsonSchema|new Ajv|toJSONSchema/.test(facts.storeLine))
      return match(0.88, 'The line that stores compiles a schema.');
    if (sure)
      return match(facts.functionEntries > 0.2 ? 0.85 : 0.7, `\`${sure}\` gains entries with the work done.`);
    return undefined;
  },
  advice: (name) => [
    'Make and compile each schema once, as a constant of the module, and use it for every call.',
    `Where schemas come from outside (tools of an MCP server), key ${name} by the schema's text or $id, not by the object: a fresh object never hits.`,
    'Libraries keep what they compile: remove it by hand (ajv.removeSchema, registry.remove) when the tool goes, or make one instance per set of tools and drop it whole.',
  ],
};
