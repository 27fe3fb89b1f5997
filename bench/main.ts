import { compareConcurrencies } from './concurrency.ts';
import { runScenarios } from './scenarios.ts';
import { describeMachine, startSystem } from './system.ts';

const [topic] = process.argv.slice(2);

console.log(describeMachine());
await using system = await startSystem();
console.log('\n| what | measured |\n| --- | --- |');
const rows = topic === 'concurrency' ? compareConcurrencies(system) : runScenarios(system);
for await (const { what, value } of rows) console.log(`| ${what} | ${value} |`);
