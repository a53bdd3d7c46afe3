import { keepWindows } from './workbench';

let endAll: () => Promise<void>;

/** Lets the files of the suite use each other's windows; one that runs by itself has a window of its own. */
before(() => {
  endAll = keepWindows();
});

after(() => endAll());
