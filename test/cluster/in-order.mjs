import Sequencer from '@jest/test-sequencer';

/** The scenarios by their numbers, so that two reports can be laid side by side. */
export default class InOrder extends Sequencer {
  sort(tests) {
    return [...tests].sort((a, b) => (a.path < b.path ? -1 : 1));
  }
}
