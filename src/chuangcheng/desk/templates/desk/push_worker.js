/* Shows pushed notices and opens what they are about. It keeps no pages: the desk is not for reading offline. */
self.addEventListener("push", (event) => {
  let notice = {};
  try {
    notice = event.data ? event.data.json() : {};
  } catch {
    notice = {};
  }
  event.waitUntil(
    self.registration.showNotification(notice.title || "{{ city_name|escapejs }}", {
      body: notice.text === notice.title ? "" : notice.text || "",
      data: { url: notice.url || "" },
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data.url || "{% url "desk:notices" %}", self.location.origin);
  if (url.origin === self.location.origin) event.waitUntil(self.clients.openWindow(url.href));
});
