export { type ChatRoomServerConfig, chatRoomServerConfig } from './config.ts';
export { type ChatRoomServer, createChatRoomServer } from './create-chat-room-server.ts';
