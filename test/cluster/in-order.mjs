import Sequencer from '@jest/test-sequencer';

/** Runs the scenarios in the order of their numbers, so that reports are comparable. */
export default class InOrder extends Sequencer {
  sort(tests) {
    return [...tests].sort((a, b) => (a.path < b.path ? -1 : 1));
  }
}
