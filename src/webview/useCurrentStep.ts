import { useEffect, useState } from 'preact/hooks';

/**
 * The index of the step that the reader is at: the last that begins above the upper third of what they see.
 * @param count How many steps there are; when it changes, new ones are followed, too.
 */
export function useCurrentStep(
  list: { readonly current: HTMLElement | null },
  count: number,
): number | undefined {
  const [current, setCurrent] = useState<number>();
  useEffect(() => {
    const element = list.current;
    if (!element) return undefined;
    const inBand = new Set<number>();
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          const index = Number(target.getAttribute('data-index'));
          if (isIntersecting) inBand.add(index);
          else inBand.delete(index);
        }
        setCurrent(inBand.size === 0 ? undefined : Math.min(...inBand));
      },
      // A thin band; steps lie close to each other, so that one or two touch it.
      { rootMargin: '-25% 0px -70% 0px' },
    );
    for (const child of element.children) observer.observe(child);
    return () => observer.disconnect();
  }, [count]);
  return current;
}
