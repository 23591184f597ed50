// Before the page is drawn, so that it does not flash in the other theme. A file, since the policy forbids scripts inside it.
try {
  const theme = localStorage.getItem('latchkey:theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {}
