export { Chart, isDark, SaveCsv, type ChartProps } from './chart.tsx';
export { formatNumber } from './format.ts';
export { type FieldsProps, type JobView, type ResultProps } from './job-view.tsx';
export { Section, Show } from './parts.tsx';
export { startPage } from './app.tsx';
export { useLoaded } from './load.ts';
export { parseWhole } from './whole-number.ts';
export { WholeNumberField } from './whole-number-field.tsx';
