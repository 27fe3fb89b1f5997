import { view } from '@primes/primes/explore';
import { startPage } from '@primes/web';

startPage(view);
