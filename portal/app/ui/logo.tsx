// Our mark: crates on a ship at its berth.
export const LogoMark = ({ size = 28 }: { size?: number }) => (
  <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <rect width="32" height="32" rx="7" fill="#0f4c75" />
    <rect x="9" y="6" width="6.2" height="5.2" rx="1" fill="#ffb84d" />
    <rect x="9" y="12.2" width="6.2" height="5.2" rx="1" fill="#8fd3ff" />
    <rect x="16.8" y="12.2" width="6.2" height="5.2" rx="1" fill="#5cb8f2" />
    <path d="M5 18.8h22l-2.6 5.4a1.6 1.6 0 0 1-1.44.9H9.04a1.6 1.6 0 0 1-1.44-.9z" fill="#fff" />
    <path
      d="M4 28c2 0 2-1.2 4-1.2s2 1.2 4 1.2 2-1.2 4-1.2 2 1.2 4 1.2 2-1.2 4-1.2 2 1.2 4 1.2"
      fill="none"
      stroke="#5cb8f2"
      strokeWidth="1.6"
      strokeLinecap="round"
    />
  </svg>
);
