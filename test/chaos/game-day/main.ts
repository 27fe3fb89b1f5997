// npm run game-day -- --namespace primes [--rounds 1] [--seed 1]
import { parseArgs } from 'node:util';
import { check } from '../check.ts';
import { historyFile } from '../history.ts';
import { printViolations, tableOf } from '../report.ts';

const { values } = parseArgs({
  options: {
    /** Where the release `primes` is installed. */
    namespace: { type: 'string', default: 'primes' },
    /** How often each fault is injected. */
    rounds: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
  },
});

process.env['GAME_DAY_NAMESPACE'] = values.namespace;
// After the variable is set.
const { holdGameDay } = await import('./game-day.ts');
const file = await historyFile(`game-day-${values.seed}`);
const history = await holdGameDay({ seed: Number(values.seed), rounds: Number(values.rounds), file });
printViolations(file, history);
console.log(tableOf([history]));
process.exitCode = check(history).length > 0 ? 1 : 0;
