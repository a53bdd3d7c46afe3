import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { DetailsPage } from './detailsPage';
import { listen, pageState, remember, send } from '../parts/vscodeApi';
import { withUpdate } from '../../core/details/stepsUpdate';
import { takePicture } from '../steps/pictures';
import type { CopiedPart, PageView } from '../protocol';

/** How long a button says that it has copied. */
const copiedForMs = 2000;

/** Shows what the extension tells, and remembers where the reader was. */
export function App() {
  const [view, setView] = useState<PageView>();
  const [copied, setCopied] = useState<CopiedPart>();

  useEffect(() => {
    const stop = listen((message) => {
      switch (message.type) {
        case 'view':
          setView((before) => (message.isUpdate ? updated(before, message.view) : message.view));
          break;
        case 'picture':
          takePicture(message.ref, message.picture);
          break;
        case 'copied':
          setCopied(message.what);
          break;
      }
    });
    send({ type: 'ready' });
    return stop;
  }, []);

  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(undefined), copiedForMs);
    return () => clearTimeout(timer);
  }, [copied]);

  useEffect(() => {
    if (!view) return;
    const { origin, task } = view;
    remember({ origin, apiVersion: task.apiVersion, id: task.id });
  }, [view?.origin, view?.task.apiVersion, view?.task.id]);

  useRememberedScroll(view?.task.isWhole ?? false);
  return view ? (
    <DetailsPage view={view} copied={copied} />
  ) : (
    <p class="loading">Loading the task…</p>
  );
}

/** An update that was meant for the page before this one says nothing: the whole view follows. */
function updated(before: PageView | undefined, view: PageView): PageView | undefined {
  return before && { ...view, task: withUpdate(before.task, view.task) };
}

/** Goes back to where the reader was, once there is enough of a page to scroll. */
function useRememberedScroll(isWhole: boolean): void {
  const isRestored = useRef(false);
  useLayoutEffect(() => {
    if (!isWhole || isRestored.current) return;
    isRestored.current = true;
    const { scrollY } = pageState();
    if (scrollY) window.scrollTo(0, scrollY);
  }, [isWhole]);
  useEffect(() => {
    const onScrollEnd = (): void => {
      if (isRestored.current) remember({ scrollY: window.scrollY });
    };
    document.addEventListener('scrollend', onScrollEnd);
    return () => document.removeEventListener('scrollend', onScrollEnd);
  }, []);
}
