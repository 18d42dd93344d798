import { describeSamples } from '../support/sample-runs.ts';

describeSamples(24, ['tools', 'sessions', 'registry', 'none']);
