/** `npm run build`, `npm run watch`. */
import { bundle } from './bundle.ts';

await bundle(process.argv.includes('--watch'));
