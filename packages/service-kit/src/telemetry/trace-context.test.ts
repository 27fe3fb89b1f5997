import { describe, expect, it } from '@jest/globals';
import { spanContextIn, traceparentOf } from './trace-context.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

describe('spanContextIn', () => {
  it.each([
    ['sampled', `00-${TRACE}-${SPAN}-01`, 1],
    ['not sampled', `00-${TRACE}-${SPAN}-00`, 0],
    ['with flags of a later version', `cc-${TRACE}-${SPAN}-03`, 3],
    ['with fields of a later version', `cc-${TRACE}-${SPAN}-01-what-follows`, 1],
  ])('reads a traceparent: %s', (_, traceparent, traceFlags) => {
    expect(spanContextIn(traceparent)).toEqual({ traceId: TRACE, spanId: SPAN, traceFlags, isRemote: true });
  });

  it.each([
    ['none', undefined],
    ['empty', ''],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['a span id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['upper case', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['the forbidden version', `ff-${TRACE}-${SPAN}-01`],
    ['more fields than its version has', `00-${TRACE}-${SPAN}-01-x`],
    ['no flags', `00-${TRACE}-${SPAN}`],
    ['a line break', `00-${TRACE}-${SPAN}-01\n`],
  ])('refuses an invalid traceparent: %s', (_, traceparent) => {
    expect(spanContextIn(traceparent)).toBeUndefined();
  });
});

describe('traceparentOf', () => {
  it('passes on the sampled flag alone', () => {
    const context = { traceId: TRACE, spanId: SPAN };
    expect(traceparentOf({ ...context, traceFlags: 3 })).toBe(`00-${TRACE}-${SPAN}-01`);
    expect(traceparentOf({ ...context, traceFlags: 2 })).toBe(`00-${TRACE}-${SPAN}-00`);
  });
});
