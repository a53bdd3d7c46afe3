/** Leads the reader to a step, by its index. */
export function goToStep(index: number, block: ScrollLogicalPosition = 'start'): void {
  const step = document.getElementById(`step-${index}`);
  if (!step) return;
  step.focus({ preventScroll: true });
  step.scrollIntoView({ block });
}
