/** Who is told whether an element is near what the reader sees. */
const watchers = new Map<Element, (isNear: boolean) => void>();
let observer: IntersectionObserver | undefined;

/**
 * Tells whenever an element comes near what the reader sees or leaves it: within 400 pixels, in a strip that scrolls
 * by itself within 200. One observer serves all, as there are thousands.
 * @returns an end to it, which tells last that the element is not near
 */
export function watchNear(element: Element, tell: (isNear: boolean) => void): () => void {
  const options: NearOptions = { rootMargin: '400px', scrollMargin: '200px' };
  observer ??= new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) watchers.get(target)?.(isIntersecting);
  }, options);
  watchers.set(element, tell);
  observer.observe(element);
  return () => {
    watchers.delete(element);
    observer?.unobserve(element);
    tell(false);
  };
}

/** TypeScript's own does not know the second margin yet. */
interface NearOptions extends IntersectionObserverInit {
  readonly scrollMargin: string;
}
