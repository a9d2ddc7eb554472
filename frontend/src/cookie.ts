/** Django's CSRF token. Read at each request: logging in again in another tab renews it. */
export function csrfToken(): string {
  const found = document.cookie.split('; ').find((pair) => pair.startsWith('csrftoken='));
  return found ? decodeURIComponent(found.slice('csrftoken='.length)) : '';
}
