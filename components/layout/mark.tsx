/** The gate and the water: the product's mark, drawn in the accent. */
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" style={{ flexShrink: 0 }}>
      <rect width="32" height="32" rx="7" fill="var(--mantine-primary-color-filled)" />
      <path d="M8 7v18M24 7v18M8 11h16" stroke="#fff" strokeWidth="2.5" strokeLinecap="round" fill="none" />
      <path
        d="M12 17c2 0 2 1.6 4 1.6s2-1.6 4-1.6M12 22c2 0 2 1.6 4 1.6s2-1.6 4-1.6"
        stroke="#a2d7e2"
        strokeWidth="2"
        strokeLinecap="round"
        fill="none"
      />
    </svg>
  );
}
