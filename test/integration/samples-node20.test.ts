import { describeSamples } from '../support/sample-runs.ts';

describeSamples(20, ['history', 'listeners', 'none']);
