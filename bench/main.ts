import { runScenarios } from './scenarios.ts';
import { describeMachine, startSystem } from './system.ts';

console.log(describeMachine());
await using system = await startSystem();
console.log('\n| what | measured |\n| --- | --- |');
for await (const { what, value } of runScenarios(system)) console.log(`| ${what} | ${value} |`);
